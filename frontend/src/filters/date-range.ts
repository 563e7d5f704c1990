/** Date ranges that pickers offer; the texts are the server's date grammar. */
import { formatDate } from '../lib/format'

export interface Range {
    from: string | null
    to: string | null
}

export interface Preset {
    from: string
    label: string
}

export const PRESETS: readonly Preset[] = [
    { from: 'dStart', label: 'Today' },
    { from: '-24h', label: 'Last 24 hours' },
    { from: '-7d', label: 'Last 7 days' },
    { from: '-14d', label: 'Last 14 days' },
    { from: '-30d', label: 'Last 30 days' },
    { from: '-90d', label: 'Last 90 days' },
    { from: '-180d', label: 'Last 180 days' },
    { from: 'all', label: 'All time' },
]

const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/

/** A day without a time would be read as midnight in Greenwich, which west of it lies in the day before. */
function day(text: string): string {
    const date = text.slice(0, 10)
    return ISO_DAY.test(date) ? formatDate(`${date}T00:00`) : text
}

export function rangeLabel({ from, to }: Range): string {
    const preset = to === null ? PRESETS.find((item) => item.from === from) : undefined
    if (preset) {
        return preset.label
    }
    if (from && to) {
        return `${day(from)} – ${day(to)}`
    }
    return from ? `Since ${day(from)}` : to ? `Until ${day(to)}` : 'Any time'
}

/** True when the two ends of a typed range make sense together. */
export function isValidRange(from: string, to: string): boolean {
    return ISO_DAY.test(from) && (to === '' || (ISO_DAY.test(to) && to >= from))
}
