"""One package per provider that we speak to. Settings name a connector; nobody imports one."""
