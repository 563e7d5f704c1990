/** True for a path on this origin; anything that a browser would read as another host is refused. */
export function isOwnPath(text: string): boolean {
    return /^\/(?![/\\])/.test(text) && new URL(text, window.location.origin).origin === window.location.origin
}
