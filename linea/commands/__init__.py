"""The subcommands of `linea`, one file per matter."""
