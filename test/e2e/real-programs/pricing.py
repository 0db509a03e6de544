"""A gRPC server of the C core, which Python, Ruby, PHP and C++ share, with keepalive of its own: it pings, ends connections of a
certain age, and takes a client that pings more than twice without a call for an attack. Says what it is told."""

import sys
from concurrent.futures import ThreadPoolExecutor

import grpc

OPTIONS = [
    ("grpc.keepalive_time_ms", 500),
    ("grpc.keepalive_timeout_ms", 500),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 300_000),
    ("grpc.http2.max_ping_strikes", 2),
    ("grpc.max_connection_age_ms", 1_000),
    ("grpc.max_connection_age_grace_ms", 1_000),
    ("grpc.so_reuseport", 0),
]

# `SayRequest` and `SayReply` of echo.proto begin with the same field, the text, so that a request is an answer.
say = grpc.unary_unary_rpc_method_handler(lambda request, context: request)

server = grpc.server(ThreadPoolExecutor(4), options=OPTIONS)
server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("echo.Echo", {"Say": say})])
server.add_insecure_port(f"0.0.0.0:{sys.argv[1]}")
server.start()
server.wait_for_termination()
