"""The HTTP interface that programs use."""
