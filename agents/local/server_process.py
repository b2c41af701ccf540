"""The child process that serves a GGUF file on loopback with llama.cpp; started by `serving`."""

from __future__ import annotations

import signal
import sys

from hypograph.models.core.children import kernel_ends_us


def parameters(path: str, alias: str, port: int, threads: int, context: int) -> object:
    """Return the server's parameters: one slot, loopback only, chat and embeddings."""
    import xllamacpp as x

    p = x.CommonParams()
    p.model.path, p.model_alias = path, {alias}
    p.n_ctx, p.n_parallel, p.warmup = context, 1, False
    p.cpuparams.n_threads = p.cpuparams_batch.n_threads = threads
    p.hostnames, p.port = ["127.0.0.1"], port
    p.embedding, p.pooling_type = True, x.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    return p


def main() -> None:
    """Serve until standard input closes or the parent dies; the address is the first line of output."""
    path, alias, port, threads, context = sys.argv[1:6]
    kernel_ends_us(signal.SIGTERM)  # no server is left behind; elsewhere standard input, which closes, ends it
    import xllamacpp

    try:
        server = xllamacpp.Server(parameters(path, alias, int(port), int(threads), int(context)))
    except Exception as error:  # the binding raises its own kinds, and the parent must hear in any case
        sys.stdout.write(f"error {error}\n")
        sys.exit(1)
    sys.stdout.write(f"address {server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
