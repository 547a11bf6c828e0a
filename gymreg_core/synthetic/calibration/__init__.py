"""Fitting the made-up region to published figures: run `make calibrate`; its numbers lie beside this file."""
