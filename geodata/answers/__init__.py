"""Answers: the question of which reserves lie in which territory, and its relatives."""
