"""The trusted side of correctness: outputs are compared here, from facts, never in a sandbox."""
