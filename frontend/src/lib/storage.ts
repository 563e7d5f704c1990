/** Small preferences of this browser. A browser that refuses storage only forgets them. */
export function readPreference(name: string): string | null {
    try {
        return localStorage.getItem(`posthog-llm.${name}`)
    } catch {
        return null
    }
}

export function writePreference(name: string, value: string): void {
    try {
        localStorage.setItem(`posthog-llm.${name}`, value)
    } catch {
        // private mode or a full store: the choice holds until the page is closed
    }
}
