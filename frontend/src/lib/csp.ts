/** The server puts a fresh nonce into the page; styles made at run time must carry it. */
export function styleNonce(): string | undefined {
    const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content
    return nonce && !nonce.startsWith('{{') ? nonce : undefined
}

/** Scroll locking of overlays makes its own style element and reads the nonce from here. */
export function publishStyleNonce(): void {
    const nonce = styleNonce()
    if (nonce) {
        Object.assign(globalThis, { __webpack_nonce__: nonce })
    }
}
