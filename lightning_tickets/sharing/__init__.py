"""Tickets for others: folders that transformers loads, model cards, the hub."""
