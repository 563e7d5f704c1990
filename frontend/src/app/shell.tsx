import { getRouteApi, Outlet, useRouterState } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactElement } from 'react'

import { useMe } from '../query/session'
import { ActionIcon, Drawer } from '../ui/controls'
import { Icon } from '../ui/icons'
import { Brand, Navigation } from './navigation'
import styles from './shell.module.css'

const route = getRouteApi('/project/$projectId')

function SkipLink(): ReactElement {
    return (
        <a className={styles.skip} href="#main">
            Skip to the content
        </a>
    )
}

/** Shown while the next page loads; short loads show nothing. */
function Progress(): ReactElement | null {
    const loading = useRouterState({ select: (state) => state.status === 'pending' })
    return loading ? <div className={styles.progress} aria-hidden="true" /> : null
}

export function Shell(): ReactElement | null {
    const { projectId } = route.useParams()
    const { data: me } = useMe()
    const [opened, setOpened] = useState(false)
    const close = (): void => {
        setOpened(false)
    }
    if (!me) {
        return null
    }
    return (
        <>
            <SkipLink />
            <Progress />
            <div className={styles.shell}>
                <nav className={styles.nav} aria-label="Main">
                    <Brand projectId={projectId} />
                    <Navigation projectId={projectId} me={me} />
                </nav>
                <header className={styles.topbar}>
                    <ActionIcon
                        variant="subtle"
                        color="gray"
                        size="lg"
                        aria-label="Open the menu"
                        onClick={() => {
                            setOpened(true)
                        }}
                    >
                        <Icon name="menu" />
                    </ActionIcon>
                    <Brand projectId={projectId} />
                </header>
                <main id="main" className={styles.main} tabIndex={-1}>
                    <Outlet key={projectId} />
                </main>
            </div>
            <Drawer
                opened={opened}
                onClose={close}
                size={280}
                title="Menu"
                closeButtonProps={{ 'aria-label': 'Close the menu' }}
            >
                <nav className={styles.drawerNav} aria-label="Main">
                    <Navigation projectId={projectId} me={me} onNavigate={close} />
                </nav>
            </Drawer>
        </>
    )
}
