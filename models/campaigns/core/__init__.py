"""What optimizers and the Bayesian engine share: trials and knowledge of options."""
