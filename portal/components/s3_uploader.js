// Sends files from the browser straight to S3 in parts; Python gives the links and has the last word.
// A job lives on the window: it outlives reruns and page switches, but not a reload.
const jobs = (window.mlaasUploads ??= new Map())
const PARALLEL = 4
const ATTEMPTS = 5
const HEAD_BYTES = 65536

const UNITS = ["bytes", "KiB", "MiB", "GiB"]
function size(count) {
  let unit = 0
  while (count >= 1000 && unit < UNITS.length - 1) { count /= 1024; unit += 1 }
  return unit === 0 ? `${count} bytes` : `${count.toPrecision(3)} ${UNITS[unit]}`
}

function timeLeft(seconds) {
  if (!Number.isFinite(seconds)) return ""
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s left`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min left`
  return `${(seconds / 3600).toFixed(1)} h left`
}

// The first lines as text, so that Python can offer the columns before anything is sent.
async function headOf(file) {
  const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer())
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe && "utf-16le")
    || (bytes[0] === 0xfe && bytes[1] === 0xff && "utf-16be")
  let text
  try {
    // Streaming: a character cut in half by the slice is left out instead of being an error.
    text = new TextDecoder(wide || "utf-8", { fatal: true }).decode(bytes, { stream: true })
  } catch {
    text = new TextDecoder("windows-1252").decode(bytes)
  }
  return file.size > HEAD_BYTES ? text.slice(0, text.lastIndexOf("\n") + 1) : text
}

function putPart(url, blob, { onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const fail = (message, status) => reject(Object.assign(new Error(message), { status }))
    request.open("PUT", url)
    request.upload.onprogress = event => onProgress(event.loaded)
    request.onload = () => request.status < 300
      ? resolve() : fail(`S3 answered ${request.status}`, request.status)
    request.onerror = () => fail("The connection broke", 0)
    request.onabort = () => fail("Cancelled", -1)
    signal.addEventListener("abort", () => request.abort(), { once: true })
    request.send(blob)
  })
}

function online() {
  if (navigator.onLine) return Promise.resolve()
  return new Promise(resolve => window.addEventListener("online", resolve, { once: true }))
}

async function sendPart(job, file, ticket, number, onChange) {
  const start = (number - 1) * ticket.part_size
  const blob = file.slice(start, Math.min(file.size, start + ticket.part_size))
  for (let attempt = 1; ; attempt += 1) {
    try {
      await putPart(ticket.urls[number - 1], blob, {
        signal: job.stop.signal,
        onProgress: loaded => { job.loaded.set(number, loaded); onChange() },
      })
      job.loaded.set(number, blob.size)
      job.done.add(number)
      onChange()
      return
    } catch (fault) {
      job.loaded.set(number, 0)
      const hopeless = job.stop.signal.aborted || fault.status === 403 || attempt === ATTEMPTS
      if (hopeless) throw fault
      job.retries += 1
      onChange()
      await new Promise(wait => setTimeout(wait, 250 * 2 ** attempt * (0.5 + Math.random())))
      await online()
    }
  }
}

async function send(job, file, ticket, onChange) {
  const waiting = ticket.urls.map((_, index) => index + 1).filter(number => !job.done.has(number))
  const worker = async () => {
    for (let number; (number = waiting.shift()) !== undefined;) {
      await sendPart(job, file, ticket, number, onChange)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(PARALLEL, waiting.length) }, worker))
  } catch (fault) {
    job.stop.abort()  // the other workers' parts too: one failure ends this attempt
    throw fault
  }
}

function guardLeaving(event) { event.preventDefault() }

async function run(job, ticket) {
  const file = job.files.find(chosen => chosen.name === ticket.name)
  Object.assign(job, {
    ticket, phase: "sending", fault: null, stop: new AbortController(), cancelled: false, retries: 0,
    done: new Set([...ticket.done, ...(job.uploadId === ticket.upload_id ? job.done : [])]),
    loaded: new Map(), uploadId: ticket.upload_id, startedAt: performance.now(),
  })
  const partSize = number => Math.min(ticket.part_size, file.size - (number - 1) * ticket.part_size)
  for (const number of job.done) job.loaded.set(number, partSize(number))
  job.before = [...job.loaded.values()].reduce((sum, part) => sum + part, 0)
  window.addEventListener("beforeunload", guardLeaving)
  job.draw?.()
  try {
    await send(job, file, ticket, () => job.draw?.())
    job.phase = "finishing"
    job.outcome = ["finished", { upload_id: ticket.upload_id, retries: job.retries }]
  } catch (fault) {
    if (job.cancelled) {
      job.phase = "finishing"
      job.outcome = ["cancelled", { upload_id: ticket.upload_id }]
    } else {
      Object.assign(job, { phase: "stopped", fault })
      const expired = fault.status === 403 && Date.now() > Date.parse(ticket.expires_at) - 60000
      if (expired) job.outcome = ["expired", { upload_id: ticket.upload_id }]
    }
  }
  window.removeEventListener("beforeunload", guardLeaving)
  job.draw?.()
  job.deliver?.()
}

function fileRow(file, onRemove) {
  const row = document.createElement("li")
  const name = document.createElement("span")
  name.className = "name"
  name.textContent = file.name
  const bytes = document.createElement("span")
  bytes.className = "quiet"
  bytes.textContent = size(file.size)
  const remove = document.createElement("button")
  remove.type = "button"
  remove.className = "link"
  remove.textContent = "Remove"
  remove.setAttribute("aria-label", `Remove ${file.name}`)
  remove.onclick = onRemove
  row.append(name, bytes, remove)
  return row
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const part = selector => parentElement.querySelector(selector)
  const job = jobs.get(data.key) ?? { files: [], phase: "idle", done: new Set() }
  jobs.set(data.key, job)

  const tellChosen = async () => {
    const chosen = await Promise.all(job.files.map(async file => ({
      name: file.name, size: file.size, content_type: file.type, head: await headOf(file),
    })))
    setStateValue("chosen", chosen)
  }
  const choose = list => {
    const fitting = [...list].filter(file => file.size <= data.max_bytes)
    const tooLarge = [...list].filter(file => file.size > data.max_bytes)
    job.refused = tooLarge.map(
      file => `${file.name} has ${size(file.size)}; your tier takes up to ${size(data.max_bytes)}.`,
    ).join(" ")
    const names = new Set(fitting.map(file => file.name))
    job.files = [...job.files.filter(file => !names.has(file.name)), ...fitting]
    job.phase = job.files.length ? "chosen" : "idle"
    job.draw()
    if (fitting.length) tellChosen()
  }

  job.deliver = () => { if (job.outcome) setTriggerValue(...job.outcome) }
  job.draw = () => {
    const sending = ["sending", "finishing", "stopped"].includes(job.phase)
    part(".zone").hidden = sending
    part(".sending").hidden = !sending
    part(".refused").textContent = job.refused ?? ""
    part(".chosen").replaceChildren(...(sending ? [] : job.files.map(file => fileRow(file, () => {
      job.files = job.files.filter(other => other !== file)
      job.phase = job.files.length ? "chosen" : "idle"
      job.draw()
      tellChosen()
    }))))
    part(".invitation").textContent = job.files.length ? "Add another file, or " : "Drop a CSV file here, or "
    if (sending) drawSending()
  }
  const drawSending = () => {
    const { ticket } = job
    const loaded = [...job.loaded.values()].reduce((sum, bytes) => sum + bytes, 0)
    const seconds = (performance.now() - job.startedAt) / 1000
    const speed = (loaded - job.before) / Math.max(seconds, 0.2)
    part(".sending .name").textContent = ticket.name
    part("progress").value = ticket.size ? loaded / ticket.size : 0
    part(".cancel").hidden = job.phase === "finishing"
    part(".again").hidden = job.phase !== "stopped"
    const words = {
      sending: [
        `${size(loaded)} of ${size(ticket.size)}`,
        seconds > 1 ? `${size(Math.round(speed))}/s` : "",
        seconds > 1 ? timeLeft((ticket.size - loaded) / speed) : "",
        navigator.onLine ? "" : "offline, waiting for the network",
        job.retries ? `${job.retries} parts sent again` : "",
      ],
      finishing: [job.cancelled ? "Cancelling" : `${size(ticket.size)} sent, putting the parts together`],
      stopped: [
        `Stopped at ${Math.floor(100 * loaded / ticket.size)} %: ${job.fault?.message}`,
        "what has arrived is kept",
      ],
    }[job.phase]
    part(".words").textContent = words.filter(Boolean).join(" · ")
  }

  const input = part("input")
  input.accept = data.accept
  input.onchange = () => { choose(input.files); input.value = "" }
  const zone = part(".zone")
  zone.ondragover = event => { event.preventDefault(); zone.classList.add("over") }
  zone.ondragleave = () => zone.classList.remove("over")
  zone.ondrop = event => {
    event.preventDefault()
    zone.classList.remove("over")
    choose(event.dataTransfer.files)
  }
  part(".cancel").onclick = () => {
    job.cancelled = true
    if (job.phase === "sending") { job.stop.abort(); return }
    job.phase = "finishing"
    job.outcome = ["cancelled", { upload_id: job.ticket.upload_id }]
    job.draw()
    job.deliver()
  }
  part(".again").onclick = () => {
    if (job.fault?.status === 403) {
      job.outcome = ["expired", { upload_id: job.ticket.upload_id }]
      job.deliver()
    } else {
      run(job, job.ticket)
    }
  }

  const { ticket } = data
  const edition = ticket && `${ticket.upload_id} ${ticket.expires_at}`
  if (job.outcome && (job.outcome[1].upload_id !== ticket?.upload_id || job.edition !== edition)) {
    job.outcome = null  // Python has taken it
  }
  if (ticket && job.edition !== edition && job.files.some(file => file.name === ticket.name)) {
    job.edition = edition
    run(job, ticket)
  }
  job.draw()
  job.deliver()
  return () => { job.draw = null; job.deliver = null }
}
