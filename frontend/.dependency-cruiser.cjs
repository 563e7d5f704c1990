/** Rooms of the frontend, top first: a room imports only what stands below it. */
const rooms = [['app'], ['scenes'], ['filters', 'charts', 'transcripts'], ['query'], ['ui'], ['lib'], ['generated']]

const forbidden = rooms.flatMap((level, index) => {
    const above = rooms.slice(0, index).flat()
    const rules = above.length
        ? [
              {
                  name: `${level.join('-')}-imports-downwards`,
                  severity: 'error',
                  from: { path: `^src/(${level.join('|')})/`, pathNot: '\\.test\\.tsx?$' },
                  to: { path: `^src/(${above.join('|')})/` },
              },
          ]
        : []
    const siblings = level.length > 1 ? level : []
    return rules.concat(
        siblings.map((room) => ({
            name: `${room}-imports-no-sibling`,
            severity: 'error',
            from: { path: `^src/${room}/` },
            to: { path: `^src/(${siblings.filter((other) => other !== room).join('|')})/` },
        })),
    )
})

module.exports = {
    forbidden: [
        ...forbidden,
        {
            name: 'scenes-import-no-scenes',
            severity: 'error',
            from: { path: '^src/scenes/([^/]+)/' },
            to: { path: '^src/scenes/', pathNot: '^src/scenes/$1/' },
        },
        {
            name: 'mantine-only-in-ui',
            severity: 'error',
            from: { path: '^src/', pathNot: '^src/ui/' },
            to: { path: 'node_modules/@mantine' },
        },
        {
            name: 'echarts-only-in-charts',
            severity: 'error',
            from: { path: '^src/', pathNot: '^src/charts/' },
            to: { path: 'node_modules/echarts' },
        },
        {
            name: 'markdown-only-in-transcripts',
            severity: 'error',
            from: { path: '^src/', pathNot: '^src/transcripts/untrusted' },
            to: { path: 'node_modules/(react-markdown|remark-gfm|rehype-sanitize)' },
        },
        { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
        {
            name: 'no-orphans',
            severity: 'error',
            from: { orphan: true, path: '^src/', pathNot: ['\\.d\\.ts$', '^src/generated/', 'test-setup\\.ts$'] },
            to: {},
        },
        {
            name: 'mock-stays-out',
            severity: 'error',
            from: { path: '^src/' },
            to: { path: '^dev/' },
        },
    ],
    options: {
        doNotFollow: { path: 'node_modules' },
        tsConfig: { fileName: 'tsconfig.json' },
        tsPreCompilationDeps: true,
        enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
    },
}
