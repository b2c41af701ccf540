# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # From papers to leads
#
# You have papers. You want combinations of ideas that look promising and that nobody has tried.

# %%
import hypograph as hg
from hypograph.flows.readers.publications.registry import hea_literature

# %% [markdown]
# Take 150 papers on high-entropy alloys that ship with a package. Your own: `hg.read_publications("export.ris")`.

# %%
papers = hea_literature(limit=150)
graph = hg.KeywordGraph.from_publications(papers)
graph

# %% [markdown]
# Each row is a set of keywords. `potential` is how promising it looks, `novelty` how far it is from every paper.

# %%
leads = graph.inspire(n=5)
leads.to_dataframe()

# %% [markdown]
# Why the first one? The reasons are in words, and the nearest papers are named.

# %%
print(*leads[0].because, sep="\n")

# %%
print(*leads[0].nearest[:3], sep="\n")
