# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # A question, with a language model
#
# A model is configured by three variables: `HYPOGRAPH_LLM_BASE_URL`, `HYPOGRAPH_LLM_MODEL` and `HYPOGRAPH_LLM_API_KEY`.
# The answers here are recorded (`docs/notebooks/answers/`): a reasoning model gave them by hand during development, so
# that the notebook runs anywhere.
#
# `revision` is the cheapest search: one prompt, its critique, and its revision.

# %%
import hypograph as hg

survey = """
The equiatomic alloy CoCrFeNi is one face-centred cubic phase. Its stacking-fault energy falls on cooling, and at 77 K
it twins. Interstitial carbon or nitrogen strengthens it in solution; beyond its solubility carbides or nitrides form
at grain boundaries. Grain refinement raises the yield strength by the Hall-Petch relation.
"""
found = hg.search_hypothesis(
    "What raises the yield strength of CoCrFeNi at 77 K without loss of uniform elongation?",
    survey=survey,
    discipline="alloys",
    strategy="revision",
    calls=3,
)
found["statement"]

# %% [markdown]
# The document says what to do, what to expect, and what would refute it.

# %%
document = found["document"]
document["prediction"], document["controls"], document["refuted_by"]

# %% [markdown]
# What it predicts can be measured: the campaign varies what the document leaves open, beside its controls.

# %%
campaign = hg.Campaign.testing(found, noise=15.0, initial=4)
campaign.suggest(3)
