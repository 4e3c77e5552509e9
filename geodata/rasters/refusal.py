"""How does the child that opens foreign files say no: with the rule that does not hold."""


class RefusalError(Exception):
    """The file cannot become a raster: the rule, and what was found."""

    def __init__(self, rule: str, found: str) -> None:
        super().__init__(found)
        self.told = (rule, found)
