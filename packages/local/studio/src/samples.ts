/** For a developer who has nothing at hand; all of it is made here, so that it shows and tells nothing of anybody. */

/** A house with a red roof under a yellow sun. */
export async function samplePicture(): Promise<Blob> {
  const canvas = new OffscreenCanvas(800, 600);
  const draw = canvas.getContext("2d")!;
  const sky = draw.createLinearGradient(0, 0, 0, 420);
  sky.addColorStop(0, "#6fb5ea");
  sky.addColorStop(1, "#e4f2fb");
  draw.fillStyle = sky;
  draw.fillRect(0, 0, 800, 600);
  const circle = (colour: string, x: number, y: number, radius: number) => {
    draw.fillStyle = colour;
    draw.beginPath();
    draw.arc(x, y, radius, 0, 2 * Math.PI);
    draw.fill();
  };
  const rectangle = (colour: string, ...[x, y, width, height]: [number, number, number, number]) => {
    draw.fillStyle = colour;
    draw.fillRect(x, y, width, height);
  };
  circle("#ffd23f", 660, 120, 62);
  circle("#7cb462", 140, 760, 400);
  circle("#5f9c4a", 620, 860, 460);
  rectangle("#fbf3e4", 250, 300, 240, 190);
  rectangle("#7a4b2a", 345, 385, 60, 105);
  rectangle("#8cc8ec", 275, 335, 50, 46);
  rectangle("#8cc8ec", 420, 335, 50, 46);
  draw.fillStyle = "#c8442f";
  draw.beginPath();
  draw.moveTo(222, 306);
  draw.lineTo(370, 186);
  draw.lineTo(518, 306);
  draw.fill();
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
}

const SAMPLES_PER_SECOND = 8_000;
const NOTES_HZ = [523.25, 659.25, 783.99, 1046.5];
const NOTE_SECONDS = 0.5;

/** Four notes, two seconds. LINE sends what users record as m4a; no browser can make that, so this is a WAV. */
export function sampleVoice(): Blob {
  const perNote = SAMPLES_PER_SECOND * NOTE_SECONDS;
  const samples = Int16Array.from({ length: NOTES_HZ.length * perNote }, (_, index) => {
    const at = (index % perNote) / perNote;
    const wave = Math.sin(
      (2 * Math.PI * NOTES_HZ[Math.floor(index / perNote)]! * index) / SAMPLES_PER_SECOND,
    );
    // Fades in and out, so that it does not click.
    return Math.round(9_000 * wave * Math.min(1, at * 20, (1 - at) * 4));
  });
  return new Blob([wavHeader(samples.byteLength), samples], { type: "audio/wav" });
}

/** Of 16-bit mono. */
function wavHeader(bytes: number): DataView<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(44));
  const text = (offset: number, letters: string) =>
    [...letters].forEach((letter, index) => {
      header.setUint8(offset + index, letter.charCodeAt(0));
    });
  text(0, "RIFF");
  header.setUint32(4, 36 + bytes, true);
  text(8, "WAVEfmt ");
  header.setUint32(16, 16, true);
  header.setUint16(20, 1, true);
  header.setUint16(22, 1, true);
  header.setUint32(24, SAMPLES_PER_SECOND, true);
  header.setUint32(28, SAMPLES_PER_SECOND * 2, true);
  header.setUint16(32, 2, true);
  header.setUint16(34, 16, true);
  text(36, "data");
  header.setUint32(40, bytes, true);
  return header;
}
