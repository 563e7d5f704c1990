/** How a person is called: a name where there is one, else the id that the application gave. */

export function personTitle(person: { name?: string | null; distinct_id?: string | null; id?: string | null }): string {
    return person.name || person.distinct_id || person.id || 'Unknown person'
}

const NAME_PROPERTIES = ['name', 'Name', 'email', 'Email', 'username']

export function nameFromProperties(properties: Record<string, unknown>): string | null {
    for (const key of NAME_PROPERTIES) {
        const value = properties[key]
        if (typeof value === 'string' && value !== '') {
            return value
        }
    }
    return null
}

export function initials(title: string): string {
    const parts = title
        .replace(/@.*$/, '')
        .split(/[\s._-]+/)
        .filter(Boolean)
    const letters = parts.slice(0, 2).map((part) => Array.from(part)[0] ?? '')
    return letters.join('').toUpperCase() || '?'
}

/** A stable small number for a text, to give people different tints. */
export function hueOf(text: string, hues: number): number {
    let hash = 0
    for (const character of text) {
        hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_521
    }
    return hash % hues
}

export function propertyText(value: unknown): string {
    return typeof value === 'string' ? value : JSON.stringify(value)
}
