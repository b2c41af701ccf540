# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # A reaction campaign
#
# Ask for the next experiments, record what came out, look.

# %%
import hypograph as hg

# %% [markdown]
# Options that are structures (SMILES) get descriptors by themselves, so that alike solvents are taken to behave alike.

# %%
space = hg.Space.of(
    solvent=["CN(C)C=O", "CC#N", "Cc1ccccc1", "C1CCOC1"],
    base=["K2CO3", "Cs2CO3", "K3PO4"],
    temperature=(40, 110),
)
campaign = hg.Campaign(space, hg.maximize("yield", unit="%"), initial=4, seed=1)


# %% [markdown]
# A stand-in for the bench. In your laboratory you type the yields.


# %%
def bench(parameters):
    best = {"CN(C)C=O": 30, "CC#N": 20, "Cc1ccccc1": 5, "C1CCOC1": 10}[parameters["solvent"]]
    return best + {"K2CO3": 10, "Cs2CO3": 25, "K3PO4": 15}[parameters["base"]] + parameters["temperature"] / 4


# %%
for _ in range(4):
    for suggestion in campaign.suggest(2):
        campaign.record(suggestion.id, bench(suggestion.parameters))
campaign

# %%
campaign.plot()

# %% [markdown]
# A typing error is taken back; a bottle that broke is a failure, and is not suggested again.

# %%
campaign.undo("e8")
campaign.fail("e8", note="flask broke")
campaign.status()["failed"]
