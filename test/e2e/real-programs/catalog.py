"""A WSGI application: says what it got, and keeps the number of each order."""

import json


def application(environ, start_response):
    # A body of unknown length comes in chunks.
    body = environ["wsgi.input"].read()
    if environ["REQUEST_METHOD"] == "POST":
        with open("/tmp/orders", "a", encoding="utf-8") as orders:
            orders.write(environ["HTTP_X_ORDER"] + "\n")
    headers = {name[5:].lower().replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
    answer = {
        "server": environ["SERVER_SOFTWARE"],
        "method": environ["REQUEST_METHOD"],
        "path": environ["RAW_URI"],
        "headers": headers,
        "bytes": len(body),
    }
    start_response("200 OK", [("Content-Type", "application/json"), ("X-Mixed-Case", "Kept"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    return [json.dumps(answer).encode()]
