"""The vocabulary of Dojang: types, recipe, errors, randomness, storage. No torch here."""
