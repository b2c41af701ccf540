# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # Closing the loop
#
# A hypothesis predicts a number. A campaign measures it beside its control, and the results say what becomes of the
# hypothesis. The hypothesis here is written out by hand; `hg.search_hypothesis(…)` returns one of the same form. The
# measurements are simulated.

# %%
import random

import hypograph as hg
from hypograph.models.hypotheses.document import Prediction, from_statement

claim = from_statement("0.5 at.% N raises the yield strength of CoCrFeNi at 77 K above 900 MPa.").model_copy(
    update={
        "intervention": "arc melting with 0.5 at.% N, cold rolling",
        "conditions": ("anneal at 700 to 900 °C",),
        "controls": ("the same alloy without N",),
        "prediction": Prediction(quantity="yield strength", relation=">", value=900.0, unit="MPa"),
    }
)
campaign = hg.Campaign.testing(claim, noise=30.0, initial=4, name="nitrogen at 77 K")
campaign.space

# %% [markdown]
# The campaign varies what the hypothesis leaves open: the anneal, and the hypothesis as stated against its control.


# %%
def measure(experiment):
    """Stand in for the laboratory: grains grow with the anneal, nitrogen helps."""
    drawn = random.Random(experiment.id)
    temperature = next(v for k, v in experiment.parameters.items() if k != "arm")
    nitrogen = 250.0 if experiment.parameters["arm"] == "as stated" else 0.0
    return 1000.0 - 0.8 * (temperature - 700.0) + nitrogen - 100.0 + drawn.gauss(0.0, 30.0)


for step in range(6):
    experiment = campaign.suggest()[0]
    campaign.record(experiment.id, measure(experiment))
    told = campaign.standing()
    print(step + 1, experiment.parameters, told["observed"], told["belief"], told["state"])

# %% [markdown]
# Belief in the prediction follows the results. A threshold that the control reaches as well supports nothing. With
# `folder=…` the campaign opens on the command line and in the pages, too; begun there with
# `hypograph campaign new FOLDER --hypothesis ID` it moves the hypothesis in the graph.

# %%
campaign.standing()
