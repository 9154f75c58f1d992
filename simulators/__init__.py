"""The other sides of the platform, for development, tests and the demo. They share no code with it."""
