/**
 * The shapes that the phone engine hands to the pages, in one place. No code: JSDoc types only.
 *
 * Every function of the engine that the pages call is async, and what it throws is an `OfflineError`
 * (errors.js), whose `message` is a Chinese sentence ready to be shown.
 */

/**
 * A visit or another command as the outbox shows it.
 * - `phone`: saved on this phone, not on its way. `way`: being sent now. `held`: received, waits for
 *   something it names. `received`: text and all photos are in the county. `fix`: the cadre has to
 *   correct something. `orphaned`, `conflict`: received, a person elsewhere decides.
 * @typedef {"phone" | "way" | "held" | "received" | "fix" | "orphaned" | "conflict"} ItemState
 */

/**
 * @typedef {object} OutboxItem
 * @property {string} id the command's id; for a visit also the visit's id
 * @property {string} type
 * @property {string | null} household_id
 * @property {string} at when it was saved, ISO 8601
 * @property {string | null} arrived_at when it was wholly received, ISO 8601
 * @property {ItemState} state
 * @property {number} parts one for the text and one for each photo
 * @property {number} sent_parts
 * @property {number} bytes of the photos, all together
 * @property {number} sent_bytes
 * @property {string} sentence what has become of it, in Chinese
 * @property {Receipt | null} receipt the last word of the county
 * @property {string[]} kept_photos photos that the county cannot take; they stay on the phone
 * @property {Question[]} questions of the county to the author that are still open
 * @property {string | null} mode of a visit
 * @property {boolean} asked received, and its author is asked to correct it or to say that it is right (state `fix`)
 * @property {boolean} as_is its author has said 「没写错」
 */

/** @typedef {{path?: string, code?: string, message?: string}} ReceiptError */
/** @typedef {{code?: string, message?: string, path?: string}} Question */

/**
 * @typedef {object} Receipt
 * @property {string | null} id
 * @property {"stored" | "duplicate" | "held" | "conflict" | "orphaned" | "rejected"} status
 * @property {string} [digest]
 * @property {number} [seq]
 * @property {ReceiptError[]} [errors]
 * @property {Question[]} [questions]
 */

/**
 * What a page hands to `enqueue`.
 * @typedef {object} Order
 * @property {string} type e.g. `visit`, `photo.answer`, `issue.add`
 * @property {Record<string, any>} payload
 * @property {number | string} [base_version] version of the row that a change starts from
 * @property {string} [corrects] id of the command that this one corrects
 * @property {string} [replaces] id of the item whose place it takes on this phone, where that is another than `corrects`
 * @property {string[]} [photos] sha256 of the photos; without it those named in `payload.photos`
 * @property {string} [draft_id] the draft that this command closes; the same draft is never sent twice
 * @property {string[]} [stood] places (`answers.safety.water`) that the phone asked about, and that were saved as they are
 * @property {string} [captured_at]
 * @property {string} [household_id] whose it is, where the payload does not say; it stays on the phone
 */

/** @typedef {{id: string, lost: string[], sentence: string}} Saved `lost`: photos no longer on the phone */

/**
 * `outbox`: visits not yet wholly received, photos included; `all`: the same with every other command;
 * `fix`: items that the cadre has to look at; `stuck`: visits not yet received that wait for the cadre, not for signal.
 * @typedef {{outbox: number, all: number, fix: number, stuck: number}} Counts
 */

/** @typedef {{lat: number, lon: number, accuracy_m: number}} Place */

/**
 * A photo of a draft. `thumb_url` is null where this browser cannot show the picture (HEIC).
 * @typedef {object} Photo
 * @property {string} sha256
 * @property {string} original_sha256
 * @property {number} width 0 where unknown
 * @property {number} height
 * @property {number} bytes
 * @property {string | null} thumb_url
 * @property {string} taken_at
 * @property {string | null} question
 * @property {Place | null} location
 * @property {string | null} notice a sentence for the cadre, e.g. that the picture is sent as it is
 */

/**
 * A visit that is being written. Whatever else the page puts on it is kept as it is.
 * @typedef {object} Draft
 * @property {string} id
 * @property {string | null} household_id
 * @property {{code: string, version: number}} form
 * @property {"open" | "discarded" | "sent"} state
 * @property {string} started_at
 * @property {string} saved_at
 * @property {string} [mode]
 * @property {string[]} [met]
 * @property {Record<string, any>} answers
 * @property {any[]} unchanged
 * @property {any[]} issues
 * @property {string | null} [next_on]
 * @property {string} [issue_text] a trouble that is still being written
 * @property {Place} [location]
 * @property {{touched?: boolean, [what: string]: any}} [ui] what the page itself remembers; `touched` once something was said
 * @property {string} [corrects] id of the visit whose words are being corrected
 */

/**
 * One line of the list of households.
 * @typedef {object} HouseholdItem
 * @property {string} id
 * @property {string} name
 * @property {string} head name of its head
 * @property {{group: string, door: string}} plaque
 * @property {string} village
 * @property {string} address
 * @property {number} people
 * @property {string[]} why why it is due, in words
 * @property {string | null} due_on earliest date on which something is due
 * @property {string[]} filters `due`, `returned`, `draft`, `unsent`, `never` and the tags of household and people
 * @property {{id?: string, on?: string, mode?: string} | null} last_visit
 */

/** @typedef {HouseholdItem & {hit: {person_id: string, name: string} | null}} SearchHit */

/**
 * @typedef {object} Task
 * @property {string} id
 * @property {string} kind
 * @property {string | null} household_id
 * @property {string | null} person_id
 * @property {string} due_on
 * @property {string} why
 * @property {boolean} overdue
 * @property {HouseholdItem | null} household
 */

/**
 * @typedef {object} User
 * @property {string} id
 * @property {string} username
 * @property {string} name
 * @property {string} role
 * @property {any[]} areas
 */

/** `expired`: the county no longer knows this login; work goes on, nothing is sent until a new sign-in.
 * @typedef {{user: User, device: {id: string}, expired: boolean}} Session */

/**
 * `n` of `of` parts (texts and photos) of the running round are sent; `at`: last complete round.
 * @typedef {object} SyncStatus
 * @property {"offline" | "idle" | "sending" | "receiving" | "expired" | "error"} state
 * @property {number} n
 * @property {number} of
 * @property {number} bytes of the photos, sent in this round
 * @property {number} bytes_of
 * @property {string | null} at
 * @property {string} sentence
 * @property {string | null} item id of the command whose text or photo is being sent
 */

/**
 * @typedef {object} Space
 * @property {number | null} used bytes, null where the browser does not tell
 * @property {number | null} free
 * @property {number | null} photos_left how many more photos fit, roughly
 * @property {boolean | null} protected whether the browser has promised not to clear it away
 * @property {boolean} short
 * @property {string} sentence empty where all is well
 */

export {};
