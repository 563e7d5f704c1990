/** Which addresses in texts of strangers may be followed: absolute web addresses and mail. */
const ALLOWED = new Set(['http:', 'https:', 'mailto:'])

/** The address if it may be followed, else null. Relative and protocol-relative ones may not. */
export function safeLink(href: string | undefined): URL | null {
    if (!href || !/^[a-z][a-z0-9+.-]*:/i.test(href)) {
        return null
    }
    try {
        const url = new URL(href)
        const web = url.protocol !== 'mailto:'
        const credentials = url.username !== '' || url.password !== ''
        return ALLOWED.has(url.protocol) && !(web && (credentials || url.hostname === '')) ? url : null
    } catch {
        return null
    }
}

/** Where a link leads, as a reader should see it (punycode for foreign letters). */
export function destination(url: URL): string {
    return url.protocol === 'mailto:' ? decodeURIComponentSafely(url.pathname) : url.host
}

function decodeURIComponentSafely(text: string): string {
    try {
        return decodeURIComponent(text)
    } catch {
        return text
    }
}
