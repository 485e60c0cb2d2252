"""The subcommands of `hil`, one file each."""
