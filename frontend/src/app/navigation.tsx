import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { useLogout } from '../query/session'
import type { Me } from '../query/types'
import { BrandMark } from '../ui/brand'
import { Menu, VisuallyHidden } from '../ui/controls'
import { Icon } from '../ui/icons'
import { Avatar } from '../ui/person'
import { ColorSchemeMenu } from './color-scheme'
import styles from './shell.module.css'

const LINKS = [
    { to: '/project/$projectId', label: 'Home', icon: 'home', exact: true },
    { to: '/project/$projectId/conversations', label: 'Conversations', icon: 'chat', exact: false },
    { to: '/project/$projectId/insights/new', label: 'Trends', icon: 'trend', exact: false },
    { to: '/project/$projectId/settings', label: 'Settings', icon: 'settings', exact: false },
] as const

interface Props {
    projectId: string
    me: Me
    onNavigate?: () => void
}

export function Brand({ projectId }: { projectId: string }): ReactElement {
    return (
        <Link
            to="/project/$projectId"
            params={{ projectId }}
            className={styles.brand}
            activeOptions={{ exact: true }}
            aria-label="PostHog-LLM, home"
        >
            <BrandMark /> PostHog-LLM
        </Link>
    )
}

function ProjectSwitcher({ projectId, me, onNavigate }: Props): ReactElement {
    const navigate = useNavigate()
    const current = me.projects.find((project) => String(project.id) === projectId) ?? me.team
    return (
        <Menu position="bottom-start" width="target">
            <Menu.Target>
                <button type="button" className={styles.switcher} aria-label={`Project: ${current?.name ?? projectId}`}>
                    <span>{current?.name ?? projectId}</span>
                    <Icon name="down" size={15} />
                </button>
            </Menu.Target>
            <Menu.Dropdown>
                <Menu.Label>{me.organization?.name ?? 'Projects'}</Menu.Label>
                {me.projects.map((project) => (
                    <Menu.Item
                        key={project.id}
                        rightSection={String(project.id) === projectId ? <Icon name="check" size={15} /> : undefined}
                        onClick={() => {
                            onNavigate?.()
                            void navigate({ to: '/project/$projectId', params: { projectId: String(project.id) } })
                        }}
                    >
                        {project.name}
                    </Menu.Item>
                ))}
                <Menu.Divider />
                <Menu.Item
                    leftSection={<Icon name="plus" size={15} />}
                    onClick={() => {
                        onNavigate?.()
                        void navigate({ to: '/project/$projectId/settings', params: { projectId } })
                    }}
                >
                    New project
                </Menu.Item>
            </Menu.Dropdown>
        </Menu>
    )
}

function UserMenu({ me }: { me: Me }): ReactElement {
    const navigate = useNavigate()
    const logout = useLogout()
    const name = me.first_name || me.email
    return (
        <Menu position="top-start" width={210}>
            <Menu.Target>
                <button type="button" className={styles.user}>
                    <Avatar title={name} size={28} />
                    <span>
                        {name}
                        <VisuallyHidden>, account</VisuallyHidden>
                    </span>
                </button>
            </Menu.Target>
            <Menu.Dropdown>
                <Menu.Label>{me.email}</Menu.Label>
                <Menu.Item
                    leftSection={<Icon name="out" size={16} />}
                    onClick={() => {
                        logout.mutate(undefined, { onSuccess: () => void navigate({ to: '/login' }) })
                    }}
                >
                    Log out
                </Menu.Item>
            </Menu.Dropdown>
        </Menu>
    )
}

export function Navigation({ projectId, me, onNavigate }: Props): ReactElement {
    return (
        <>
            <ProjectSwitcher projectId={projectId} me={me} onNavigate={onNavigate} />
            <ul className={styles.links}>
                {LINKS.map(({ to, label, icon, exact }) => (
                    <li key={to}>
                        <Link
                            to={to}
                            params={{ projectId }}
                            search={{}}
                            className={styles.link}
                            activeOptions={{ exact, includeSearch: false }}
                            onClick={onNavigate}
                        >
                            <Icon name={icon} />
                            {label}
                        </Link>
                    </li>
                ))}
            </ul>
            <div className={styles.bottom}>
                <UserMenu me={me} />
                <ColorSchemeMenu />
            </div>
        </>
    )
}
