# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # A question, with sources of your own
#
# With a language model configured, leave out `proposer` and `judge`. Here a function stands for the model, so that the
# notebook runs anywhere; its answers are made up.

# %%
import hypograph as hg
from hypograph.models.hypotheses.document import from_statement

answers = iter(
    [
        "Adding 0.5 at.% N to CoCrFeNi raises its yield strength at 77 K above 900 MPa.",
        "Grains below 5 um raise the yield strength of CoCrFeNi at 77 K above 800 MPa.",
        "Adding Al to CoCrFeNi raises its strength.",
    ]
)


# %%
def proposer(operator, block, parts):
    if operator != "direct":
        return None
    return from_statement(next(answers, "Nothing more.")).model_dump(mode="json")


def judge(question, first, second):
    """Prefer what names a number."""
    score = sum(c.isdigit() for c in first) - sum(c.isdigit() for c in second)
    return 0.9 if score > 0 else 0.1 if score < 0 else 0.5


# %%
found = hg.search_hypothesis(
    "What raises the strength of CoCrFeNi at 77 K?", strategy="best-of-n", calls=6, proposer=proposer, judge=judge
)
found["statement"], found["stopped"]

# %% [markdown]
# The direct answer is always kept beside, with its place.

# %%
found["direct"]
