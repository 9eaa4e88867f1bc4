"""Tools for those who keep the tables: show an incident with its claims, add one, safely."""
