/** Dates and numbers for reading. Times are shown in the browser's zone unless a zone is given. */

const numberFormat = new Intl.NumberFormat('en')
const compactFormat = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

export function formatNumber(value: number): string {
    return Number.isInteger(value) ? numberFormat.format(value) : numberFormat.format(Math.round(value * 100) / 100)
}

export function formatCompact(value: number): string {
    return Math.abs(value) < 10_000 ? formatNumber(value) : compactFormat.format(value)
}

export function plural(count: number, one: string, many = `${one}s`): string {
    return `${formatNumber(count)} ${count === 1 ? one : many}`
}

export function formatPercent(share: number): string {
    return `${Math.round(share * 100)} %`
}

const dateTimeFormat = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
})
const dateFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
const shortDateFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const timeFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const weekdayFormat = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' })

function read(text: string | null | undefined): Date | null {
    const date = text ? new Date(text) : null
    return date && !Number.isNaN(date.getTime()) ? date : null
}

export function formatDateTime(text: string | null | undefined): string {
    const date = read(text)
    return date ? dateTimeFormat.format(date) : 'unknown time'
}

export function formatDate(text: string | null | undefined): string {
    const date = read(text)
    return date ? dateFormat.format(date) : 'unknown date'
}

export function formatTime(text: string): string {
    const date = read(text)
    return date ? timeFormat.format(date) : ''
}

/** Key and heading of a day in a transcript. */
export function formatDay(text: string): string {
    const date = read(text)
    return date ? weekdayFormat.format(date) : 'Unknown day'
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** "just now", "12 min ago", "5 h ago", "Yesterday", then the date. */
export function formatAgo(text: string): string {
    const now = new Date()
    const date = read(text)
    if (!date) {
        return 'unknown time'
    }
    const age = now.getTime() - date.getTime()
    if (age < MINUTE) {
        return 'just now'
    }
    if (age < HOUR) {
        return `${Math.floor(age / MINUTE)} min ago`
    }
    if (age < DAY) {
        return `${Math.floor(age / HOUR)} h ago`
    }
    if (age < 7 * DAY) {
        const days = Math.floor(age / DAY)
        return days === 1 ? 'yesterday' : `${days} days ago`
    }
    return date.getFullYear() === now.getFullYear() ? shortDateFormat.format(date) : dateFormat.format(date)
}

/** "40 s", "12 min", "3 h 5 min", "2 days" between two times. */
export function formatSpan(from: string, to: string): string {
    const start = read(from)
    const end = read(to)
    if (!start || !end) {
        return ''
    }
    const ms = Math.max(0, end.getTime() - start.getTime())
    const seconds = Math.round(ms / 1000)
    const minutes = Math.round(ms / MINUTE)
    if (seconds < 60) {
        return `${seconds} s`
    }
    if (minutes < 60) {
        return `${minutes} min`
    }
    if (minutes < 24 * 60) {
        const rest = minutes % 60
        return `${Math.floor(minutes / 60)} h${rest ? ` ${rest} min` : ''}`
    }
    return plural(Math.round(ms / DAY), 'day')
}
