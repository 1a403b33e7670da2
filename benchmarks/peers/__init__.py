"""The other libraries, a module each, every one used as a good user of it would: float64, one thread."""

MODULES = {
    "micrograd": "microbp.bench.micrograd_",
    "torch": "benchmarks.peers.torch_",
    "jax": "benchmarks.peers.jax_",
    "autograd": "benchmarks.peers.autograd_",
    "mygrad": "benchmarks.peers.mygrad_",
    "casadi": "benchmarks.peers.casadi_",
}
"""By package, the module with its contestants."""
