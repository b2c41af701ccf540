"""The tools for LangChain agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypograph.flows.assistants.tools import Toolbox

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool


def langchain_tools(toolbox: Toolbox, *, changes: bool = False) -> list[StructuredTool]:
    """Return the tools as LangChain's; those that change a campaign only where `changes` is true."""
    from langchain_core.tools import StructuredTool

    return [
        StructuredTool.from_function(tool.work, name=tool.name, description=tool.summary)
        for tool in toolbox.tools(changes=changes)
    ]
