import { ProtobufWriter } from './protobuf.ts'

/**
 * Writes Perfetto's TrackEvent packets: tracks in groups, slices, instants and flows. Field numbers are those of perfetto.dev,
 * "TracePacket", "TrackDescriptor" and "TrackEvent". Slices of one track must nest; a slice that is still open when the trace
 * ends is closed there.
 */

const PACKET = 1
const packetField = { timestamp: 8, sequence: 10, trackEvent: 11, flags: 13, descriptor: 60 }
const trackField = { uuid: 1, name: 2, parent: 5, childOrder: 11, rank: 12 }
const eventField = { annotation: 4, type: 9, track: 11, category: 22, name: 23, flow: 47 }
const annotationField = { uint: 3, string: 6, name: 10 }

const SEQUENCE = 1
const STATE_CLEARED = 1
const EXPLICIT_ORDER = 3
const SLICE_BEGIN = 1
const SLICE_END = 2
const INSTANT = 3

export interface Track {
  uuid: number
  /** Slices open now. */
  depth: number
}

/** One begin or instant on a track. */
export interface Happening {
  /** Nanoseconds. */
  time: number
  name: string
  category: string
  /** Numbers that join events over all tracks. */
  flows: readonly number[]
  annotations: readonly { name: string; value: number | string }[]
}

export class TrackEventWriter {
  private readonly file = new ProtobufWriter()
  private readonly groups = new Map<string, number>()
  private readonly tracks = new Map<string, Track>()
  private nextUuid = 1
  private started = false

  /** `groups` names the headings, top to bottom. */
  constructor(groups: readonly string[]) {
    const root = this.describe('nothread', {})
    groups.forEach((name, rank) =>
      this.groups.set(name, this.describe(name, { parent: root, rank })),
    )
  }

  /** The track of a key in a group, described at its first use. */
  track(group: string, key: number, name: () => string): Track {
    const id = `${group}:${key}`
    const known = this.tracks.get(id)
    if (known) return known
    const uuid = this.describe(name(), { parent: this.groups.get(group), rank: this.tracks.size })
    const track = { uuid, depth: 0 }
    this.tracks.set(id, track)
    return track
  }

  begin(track: Track, happening: Happening): void {
    track.depth++
    this.event(track, SLICE_BEGIN, happening)
  }

  /** Ends the innermost slice; does nothing when none is open, as at the start of a trace. */
  end(track: Track, time: number): void {
    if (track.depth === 0) return
    track.depth--
    this.packet(time, (packet) =>
      packet.message(packetField.trackEvent, (event) =>
        event.uint(eventField.type, SLICE_END).uint(eventField.track, track.uuid),
      ),
    )
  }

  instant(track: Track, happening: Happening): void {
    this.event(track, INSTANT, happening)
  }

  /** The file's bytes. `time` closes open slices. */
  finish(time: number): Uint8Array {
    for (const track of this.tracks.values()) while (track.depth > 0) this.end(track, time)
    return this.file.finish()
  }

  private describe(name: string, place: { parent?: number; rank?: number }): number {
    const uuid = this.nextUuid++
    this.packet(0, (packet) =>
      packet.message(packetField.descriptor, (track) => {
        track.uint(trackField.uuid, uuid).string(trackField.name, name)
        track.uint(trackField.childOrder, EXPLICIT_ORDER)
        if (place.parent !== undefined) track.uint(trackField.parent, place.parent)
        if (place.rank !== undefined) track.uint(trackField.rank, place.rank)
      }),
    )
    return uuid
  }

  private event(track: Track, type: number, happening: Happening): void {
    this.packet(happening.time, (packet) =>
      packet.message(packetField.trackEvent, (event) => {
        event.uint(eventField.type, type).uint(eventField.track, track.uuid)
        event.string(eventField.category, happening.category)
        event.string(eventField.name, happening.name)
        for (const flow of happening.flows) event.fixed64(eventField.flow, flow)
        for (const { name, value } of happening.annotations) {
          event.message(eventField.annotation, (annotation) => {
            annotation.string(annotationField.name, name)
            if (typeof value === 'number') annotation.uint(annotationField.uint, value)
            else annotation.string(annotationField.string, value)
          })
        }
      }),
    )
  }

  private packet(time: number, write: (packet: ProtobufWriter) => void): void {
    this.file.message(PACKET, (packet) => {
      packet.uint(packetField.timestamp, time).uint(packetField.sequence, SEQUENCE)
      if (!this.started) packet.uint(packetField.flags, STATE_CLEARED)
      this.started = true
      write(packet)
    })
  }
}
