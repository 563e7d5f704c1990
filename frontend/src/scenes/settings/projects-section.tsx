import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactElement } from 'react'

import { useCreateProject } from '../../query/projects'
import type { Me } from '../../query/types'
import { Button, TextInput } from '../../ui/controls'
import { Card } from '../../ui/layout'
import styles from './settings.module.css'

function NewProject(): ReactElement {
    const create = useCreateProject()
    const [name, setName] = useState('')
    return (
        <form
            className={styles.inline}
            onSubmit={(event) => {
                event.preventDefault()
                create.mutate(name, {
                    onSuccess: () => {
                        setName('')
                    },
                })
            }}
        >
            <TextInput
                label="New project"
                placeholder="Name"
                required
                value={name}
                error={create.error?.message}
                onChange={(event) => {
                    setName(event.currentTarget.value)
                }}
            />
            <Button type="submit" variant="default" loading={create.isPending}>
                Create
            </Button>
        </form>
    )
}

export function ProjectsSection({ me }: { me: Me }): ReactElement {
    return (
        <Card title={`Projects of ${me.organization?.name ?? 'your organization'}`}>
            <ul className={styles.items}>
                {me.projects.map((project) => (
                    <li key={project.id} className={styles.item}>
                        <Link
                            to="/project/$projectId"
                            params={{ projectId: String(project.id) }}
                            className={styles.itemName}
                        >
                            {project.name}
                        </Link>
                        <code className={styles.token}>{project.api_token}</code>
                    </li>
                ))}
            </ul>
            <NewProject />
        </Card>
    )
}
