"""Dempster–Shafer mass functions: combination and discounting."""
