"""The ways in as an OpenAPI document, made from the same table that the server routes by."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from app.http import PUBLIC, Endpoint

PARAMETER = re.compile(r"{(\w+)}")
SHAPES = {
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "id": {"type": "string", "format": "uuid"},
    "version": {"type": "integer", "minimum": 1},
}
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "details"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "details": {"type": "array", "items": {"type": "object"}},
            },
        }
    },
}


def document(endpoints: Iterable[Endpoint], version: str) -> dict[str, Any]:
    """The document: every path with its parameters, what it takes, and the one shape of errors."""
    paths: dict[str, dict[str, Any]] = {}
    models: dict[str, Any] = {"Error": ERROR}
    for one in endpoints:
        paths.setdefault(f"/api{one.path}", {})[one.method.lower()] = _operation(one, models)
    return {
        "openapi": "3.1.0",
        "info": {"title": "入户通", "version": version, "description": "Answers and rows: see /api/schema."},
        "paths": paths,
        "components": {
            "schemas": models,
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "ruhutong_session"}},
        },
    }


def _operation(one: Endpoint, models: dict[str, Any]) -> dict[str, Any]:
    words = (one.handler.__doc__ or "").strip().partition("\n")[0]
    path = [
        {"name": name, "in": "path", "required": True, "schema": SHAPES.get(name, {"type": "string"})}
        for name in PARAMETER.findall(one.path)
    ]
    query = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in one.query]
    problem = {"description": "a sentence in Chinese", "content": _json({"$ref": "#/components/schemas/Error"})}
    operation: dict[str, Any] = {
        "summary": words,
        "operationId": f"{one.method} {one.path}",
        "parameters": path + query,
        "responses": {"2XX": {"description": "done"}, "304": {"description": "unchanged"}, "default": problem},
        "security": [] if one.requires == PUBLIC else [{"session": []}],
    }
    if one.method in {"POST", "PUT", "PATCH"}:
        operation["requestBody"] = {"required": True, "content": _body(one, models)}
    return operation


def _body(one: Endpoint, models: dict[str, Any]) -> dict[str, Any]:
    if one.body is None:
        return {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return _json({"$ref": _model(one.body, models)})


def _model(body: type[BaseModel], models: dict[str, Any]) -> str:
    made = body.model_json_schema(ref_template="#/components/schemas/{model}")
    models.update(made.pop("$defs", {}))
    models[body.__name__] = made
    return f"#/components/schemas/{body.__name__}"


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
