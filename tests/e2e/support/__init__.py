"""What the end-to-end tests stand on: the lab of real hosts, the engine as a process, the pe tool."""
