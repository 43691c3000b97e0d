"""Segmentation and normalisation of Chinese, English and mixed text."""
