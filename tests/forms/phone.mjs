/** The phone's rules as a process: a JSON line in, a JSON line out. Bare imports come from tests/offline. */
import {registerHooks} from "node:module";
import {createInterface} from "node:readline";
import {pathToFileURL} from "node:url";

const [packages, rules] = process.argv.slice(2);
const base = pathToFileURL(packages).href;
registerHooks({
  resolve: (name, context, next) => next(name, /^[./]|^node:|^file:/.test(name) ? context : {...context, parentURL: base}),
});
const {Conditions, answerWords, celValue, compile, householdFacts, mergeLast, personFacts, startAnswers, toSend} = await import(pathToFileURL(rules).href);
const {loadCel} = await import(new URL("cel.js", pathToFileURL(rules)).href);
await loadCel();

const programs = new Map();
const ready = (form) => {
  const key = JSON.stringify(form);
  if (!programs.has(key)) programs.set(key, compile(form));
  return programs.get(key);
};
const values = (questions, answers) => Object.fromEntries(questions.map((q) => [q.code, celValue(q, answers[q.code])]));

const doing = {
  conditions: ({sources, questions, answers, last, person, household, people, on}) => new Conditions(sources).run({
    person: personFacts(person, on), household: householdFacts(household, people),
    answers: values(questions, answers), last: values(questions, last), on,
  }),
  run: ({form, input}) => ready(form).run(input).sections.map(({section, questions, ...state}) => state),
  send: ({form, input}) => toSend(ready(form), input),
  merge: ({visits, forms}) => mergeLast(visits, (code, version) => forms.find((f) => f.code === code && f.version === version)),
  words: ({question, value, people}) => answerWords(question, value, people),
  start: ({section, last}) => startAnswers(section, last),
  refuses: ({form}) => {
    try {
      compile(form);
      return null;
    } catch (error) {
      return {name: error.name, code: error.code, message: error.message};
    }
  },
  time: ({form, input, times}) => {
    const program = ready(form);
    for (let i = 0; i < times; i += 1) program.run(input);
    const begun = performance.now();
    for (let i = 0; i < times; i += 1) program.run(input);
    return (performance.now() - begun) / times;
  },
};

for await (const line of createInterface({input: process.stdin})) {
  const {op, ...rest} = JSON.parse(line);
  let answer;
  try {
    answer = {ok: doing[op](rest)};
  } catch (error) {
    answer = {error: `${error.name}: ${error.message}`};
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
