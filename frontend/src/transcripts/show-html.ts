/** Markdown's HTML nodes become text, so that a reader sees what was written; and trees that are too deep are refused. */
import type { Nodes, Parents, Root } from 'mdast'

import { MAX_NESTING } from './limits'

function isParent(node: Nodes): node is Parents {
    return 'children' in node
}

export class TooDeep extends Error {
    constructor() {
        super(`The text is nested deeper than ${MAX_NESTING} levels.`)
        this.name = 'TooDeep'
    }
}

function inBlock(parent: Parents): boolean {
    return parent.type === 'root' || parent.type === 'blockquote' || parent.type === 'listItem'
}

function replaceHtml(parent: Parents): void {
    const children = parent.children as Nodes[]
    children.forEach((child, index) => {
        if (child.type === 'html') {
            const text: Nodes = { type: 'text', value: child.value }
            children[index] = inBlock(parent) ? { type: 'paragraph', children: [text] } : text
        }
    })
}

export function showHtmlAsText(): (tree: Root) => void {
    return (tree) => {
        const open: { node: Parents; depth: number }[] = [{ node: tree, depth: 0 }]
        for (let next = open.pop(); next; next = open.pop()) {
            if (next.depth > MAX_NESTING * 2) {
                throw new TooDeep()
            }
            replaceHtml(next.node)
            for (const child of next.node.children) {
                if (isParent(child)) {
                    open.push({ node: child, depth: next.depth + 1 })
                }
            }
        }
    }
}
