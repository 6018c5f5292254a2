// Times face-api.js's MTCNN over a folder of frames and writes what it found: the counterpart of
// peers.py, with the same options and the same file as its result. Runs with the folder that holds
// node_modules as its working directory.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';

const require = createRequire(path.join(process.cwd(), 'package.json'));

const { values: options } = parseArgs({
  options: {
    frames: { type: 'string' },
    'min-face': { type: 'string' },
    factor: { type: 'string' },
    thresholds: { type: 'string' },
    rounds: { type: 'string' },
    budget: { type: 'string' },
    backend: { type: 'string' },
    weights: { type: 'string' },
    out: { type: 'string' },
  },
});
const rounds = Number(options.rounds);

/** Loads the wanted backend of TensorFlow.js, and gives the name that the table shows. */
async function loadBackend(name) {
  if (name === 'tfjs-node') {
    require('@tensorflow/tfjs-node');
  } else if (name === 'wasm') {
    // This old backend takes a fetch for a browser's, which Node's own is not: it reads no files.
    delete globalThis.fetch;
    require('@tensorflow/tfjs-backend-wasm');
  }
  const tf = require('@tensorflow/tfjs-core');
  const registered = name === 'tfjs-node' ? 'tensorflow' : name;
  if (!(await tf.setBackend(registered))) {
    throw new Error(`TensorFlow.js did not take the backend ${registered}`);
  }
  return `tfjs ${tf.version_core} ${name}`;
}

async function loadDetector() {
  const canvas = require('@napi-rs/canvas');
  const faceapi = require('face-api.js');
  faceapi.env.monkeyPatch({
    Canvas: canvas.Canvas,
    Image: canvas.Image,
    ImageData: canvas.ImageData,
    createCanvasElement: () => canvas.createCanvas(1, 1),
    createImageElement: () => new canvas.Image(),
  });
  await faceapi.nets.mtcnn.loadFromDisk(options.weights);
  const settings = new faceapi.MtcnnOptions({
    minFaceSize: Number(options['min-face']),
    scaleFactor: Number(options.factor),
    scoreThresholds: options.thresholds.split(',').map(Number),
    // The default of 10 would leave large faces out of large frames.
    maxNumScales: 100,
  });
  return async (frame) =>
    (await faceapi.nets.mtcnn.forward(frame, settings)).map(({ detection }) => {
      const { left, top, right, bottom } = detection.box;
      return [left, top, right, bottom, detection.score];
    });
}

/** Decodes all frames onto canvases, which face-api.js takes as they are. */
async function loadFrames() {
  const canvas = require('@napi-rs/canvas');
  const names = fs.readdirSync(options.frames).filter((name) => /^frame-.*\.jpg$/.test(name)).sort();
  if (names.length === 0) {
    throw new Error(`there is no frame-*.jpg in ${options.frames}`);
  }
  const frames = [];
  for (const name of names) {
    const image = await canvas.loadImage(path.join(options.frames, name));
    const frame = canvas.createCanvas(image.width, image.height);
    frame.getContext('2d').drawImage(image, 0, 0);
    frames.push([name, frame]);
  }
  return frames;
}

/** At most `count` of the items, evenly over the whole list. */
function spread(items, count) {
  if (count >= items.length) {
    return items;
  }
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]);
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const backend = await loadBackend(options.backend);
const detect = await loadDetector();
const frames = await loadFrames();
if (options.backend === 'wasm') {
  // Its slice fails when the memory grows meanwhile, so let it grow beforehand: four frames' worth.
  const [, { width, height }] = frames[0];
  require('@tensorflow/tfjs-core').zeros([4 * width * height * 3]).dispose();
}

const failures = new Map();
const found = new Map();

/** Milliseconds per frame. */
async function oneRound(chosen) {
  const started = performance.now();
  for (const [name, frame] of chosen) {
    try {
      found.set(name, await detect(frame));
    } catch (error) {
      // A peer that fails on a frame has found nothing in it.
      failures.set(name, String(error));
      found.set(name, []);
    }
  }
  return (performance.now() - started) / chosen.length;
}

// The first call sets things up; what the second takes tells how many frames the budget allows.
await oneRound(frames.slice(0, 1));
const estimate = Math.max(await oneRound(frames.slice(0, 1)), 0.01);
const allowed = Math.floor((Number(options.budget) * 1000) / (estimate * rounds));
const chosen = spread(frames, Math.max(allowed, Math.min(8, frames.length)));
found.clear();
failures.clear();
const times = [];
const cpuStarted = process.cpuUsage();
for (let round = 0; round < rounds; round++) {
  times.push(await oneRound(chosen));
}
const cpu = process.cpuUsage(cpuStarted);

const notes = [];
if (failures.size === chosen.length) {
  throw new Error([...failures.values()][0]);
}
if (failures.size > 0) {
  notes.push(`failed on ${failures.size} frames: ${[...failures.values()][0]}`);
}
if (options.backend !== 'tfjs-node') {
  notes.push('this backend computes on one thread, whatever --threads says');
}
const { version } = JSON.parse(fs.readFileSync('node_modules/face-api.js/package.json', 'utf8'));
fs.writeFileSync(
  options.out,
  JSON.stringify({
    peer: 'face-api.js',
    version: `${version}, ${backend}`,
    input: 'single',
    msPerFrame: median(times),
    rounds: times,
    cpuMsPerFrame: (cpu.user + cpu.system) / 1000 / (rounds * chosen.length),
    framesGiven: frames.length,
    boxes: Object.fromEntries(found),
    peakBytes: process.resourceUsage().maxRSS * 1024,
    notes,
  }),
);
