"""How are labels written into a small picture without a font: letters of five by seven dots."""

import numpy as np
import numpy.typing as npt

WIDE, HIGH = 5, 7
_DRAWN = """
0EHJLPHE 14C4444E 2EH1248V 3V2421HE 426AIV22 5VGU11HE 668GUHHE 7V124888 8EHHEHHE 9EHHF12C
AEHHVHHH BUHHUHHU CEHGGGHE DSIHHHIS EVGGUGGV FVGGUGGG GEHGNHHF HHHHVHHH IE44444E J72222IC
KHIKOKIH LGGGGGGV MHRLLHHH NHHPLJHH OEHHHHHE PUHHUGGG QEHHHLID RUHHUKIH SFGGE11U TV444444
UHHHHHHE VHHHHHA4 WHHHLLLA XHHA4AHH YHHHA444 ZV1248GV
a00E1FHF bGGMPHHU c00EGGHE d11DJHHF e00EHVGE f698S888 g0FHHF1E hGGMPHHH i40C444E j20622IC
kGGIKOKI lC44444E m00QLLHH n00MPHHH o00EHHHE p00UHUGG q00DJF11 r00MPGGG s00EGE1U t88S8896
u00HHHJD v00HHHA4 w00HHLLA x00HA4AH y00HHF1E z00V248V
.00000CC ,0000C48 -000V000 /01248G0 %OP248J3 (2488842 )8422248 +044V440 :0CC0CC0 =00V0V00
<248G842 >8421248 ≤248420E ≥842480E °CIIC000 ²C24E000 ³E262E00
"""
"""A sign, then its rows from above, each a digit to the base 32 whose bits are dots."""
_SIGNS = {entry[0]: entry[1:] for entry in _DRAWN.split()}
Dots = npt.NDArray[np.bool_]


def can_write(text: str) -> bool:
    """Whether every sign of a text is drawn."""
    return all(sign in _SIGNS or sign == " " for sign in text)


def written(text: str, scale: int = 2) -> Dots:
    """A text as dots, (7 * scale, about 6 * scale a sign); signs not drawn are left blank."""
    signs = [_sign(sign) for sign in text]
    gap = np.zeros((HIGH, 1), dtype=bool)
    line = np.hstack([part for sign in signs for part in (sign, gap)][:-1] or [gap])
    return np.kron(line, np.ones((scale, scale), dtype=bool))


def _sign(sign: str) -> Dots:
    rows = [int(digit, 32) for digit in _SIGNS.get(sign, "0" * HIGH)]
    dots = [[row >> (WIDE - 1 - column) & 1 for column in range(WIDE)] for row in rows]
    return np.array(dots, dtype=bool)
