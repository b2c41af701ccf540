# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # Is my alloy one phase?
#
# An alloy may be known, unknown, or disputed. The answer should tell these three apart.

# %%
# %% [markdown]
# Learn from a table. This one is made up: what holds nickel is one phase. Yours: `hg.read_alloys("alloys.xlsx")`, or
# `fit()` without a table to learn from the records that ship.
# %%
import itertools
from pathlib import Path
from tempfile import mkdtemp

import hypograph as hg

threes = itertools.combinations(["Co", "Cr", "Cu", "Fe", "Mn", "Ni"], 3)
rows = ["".join(t) + (",FCC" if "Ni" in t else ",FCC+BCC") for t in threes]
table = Path(mkdtemp()) / "alloys.csv"
table.write_text("\n".join(["alloy,phase", *rows]))
alloys = hg.read_alloys(table)
alloys.to_dataframe().head()

# %%
model = hg.AlloyPredictor(small=True).fit(alloys)
model.predict(["CoFeNi", "CoCrCu", "CoCrFeNi", "HfNbTa"])

# %% [markdown]
# `belief` is what the evidence supports. `ignorance` is the weight that says nothing: it is large for HfNbTa, whose
# elements are in no record. `records` counts measurements of that very composition.

# %%
why = model.explain("CoCrFeNi")
[(piece["source"], round(piece["belief_share"], 2)) for piece in why["because"][:5]]
