// What does a verdict look like on the map: the site's signs, drawn by hand for any colours.
const SIZE = 22;
const RATIO = 2;

const SHAPES = {
  occupied(pen) {
    pen.rect(5, 5, 12, 12);
  },
  contested(pen) {
    pen.moveTo(11, 3.6);
    pen.lineTo(18, 17);
    pen.lineTo(4, 17);
    pen.closePath();
  },
  uncertain(pen) {
    pen.arc(11, 11, 6.5, 0, 2 * Math.PI);
  },
  government(pen) {
    pen.arc(11, 11, 6.2, 0, 2 * Math.PI);
  },
  unknown(pen) {
    pen.moveTo(6, 6);
    pen.lineTo(16, 16);
    pen.moveTo(16, 6);
    pen.lineTo(6, 16);
  },
};

/** The picture of a sign: verdict, with a halo, as MapLibre takes it. */
export function signPicture(verdict, colour, halo) {
  const pen = blank(SIZE);
  pen.lineJoin = pen.lineCap = "round";
  outlined(pen, SHAPES[verdict], halo, verdict === "unknown" ? 6.5 : 4.2);
  if (verdict === "unknown") outlined(pen, SHAPES.unknown, colour, 3);
  else if (verdict === "government") hollow(pen, SHAPES.government, colour, halo);
  else if (verdict === "uncertain") halved(pen, colour, halo);
  else filled(pen, SHAPES[verdict], colour);
  return { data: pen.getImageData(0, 0, SIZE * RATIO, SIZE * RATIO), ratio: RATIO };
}

/** Slanting lines on nothing, to lay over land; seamless. */
export function hatchPicture(colour, gap = 8, width = 1.6, down = false) {
  const pen = blank(gap);
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  for (const shift of [-gap, 0, gap]) {
    pen.beginPath();
    pen.moveTo(shift, down ? 0 : gap);
    pen.lineTo(shift + gap, down ? gap : 0);
    pen.stroke();
  }
  return { data: pen.getImageData(0, 0, gap * RATIO, gap * RATIO), ratio: RATIO };
}

function blank(size) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * RATIO;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.scale(RATIO, RATIO);
  return pen;
}

function outlined(pen, shape, colour, width) {
  pen.beginPath();
  shape(pen);
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke();
}

function filled(pen, shape, colour) {
  pen.beginPath();
  shape(pen);
  pen.fillStyle = colour;
  pen.fill();
}

function hollow(pen, shape, colour, ground) {
  filled(pen, shape, ground);
  outlined(pen, shape, colour, 2.8);
}

/** A disc of which the left half is full. */
function halved(pen, colour, ground) {
  filled(pen, SHAPES.uncertain, ground);
  outlined(pen, SHAPES.uncertain, colour, 2.2);
  pen.beginPath();
  pen.arc(11, 11, 6.5, Math.PI / 2, 1.5 * Math.PI);
  pen.fillStyle = colour;
  pen.fill();
}
