"""Our own tills behind the cashier port: what the kit itself is tested with, and examples for vendors."""
