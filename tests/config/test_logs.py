"""Log lines: JSON objects that carry the ids of request and task."""

import json
import logging

import structlog

from config.logs import LineFormatter


def line(formatter: LineFormatter, **context: str) -> str:
    record = logging.LogRecord("django.request", logging.WARNING, "file", 1, "Not Found: %s", ("/x",), None)
    with structlog.contextvars.bound_contextvars(**context):
        return formatter.format(record)


def test_a_plain_logger_of_a_package_becomes_json_with_the_request_id() -> None:
    event = json.loads(line(LineFormatter(), request_id="abc"))
    assert event["event"] == "Not Found: /x"
    assert event["request_id"] == "abc"
    assert (event["level"], event["logger"]) == ("warning", "django.request")
    assert event["timestamp"].endswith("Z")


def test_an_exception_stays_in_one_line() -> None:
    try:
        raise ValueError("broken")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed", (), (type(error), error, None))
    text = LineFormatter().format(record)
    assert "\n" not in text
    assert "broken" in json.dumps(json.loads(text))


def test_an_exception_does_not_carry_the_variables_of_its_frames() -> None:
    npwp = "3171234567890123"
    try:
        int(f"x{npwp}"[:1])
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "f", 1, "failed", (), (type(error), error, error.__traceback__)
        )
    text = LineFormatter().format(record)
    assert "test_logs.py" in text  # where it happened is told
    assert npwp not in text


def test_a_terminal_gets_readable_lines() -> None:
    assert "Not Found: /x" in line(LineFormatter(readable=True))
    assert not line(LineFormatter(readable=True)).startswith("{")
