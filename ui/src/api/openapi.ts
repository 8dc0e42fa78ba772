// Made by `npm run types` from /api, whose schemas stand in src/face/openapi_shapes.c. Not edited by hand.
/** Whatever JSON holds: a schema that names itself cannot be written as a member of an interface. */
type JsonValue = string | number | boolean | null | JsonValue[] | { [name: string]: JsonValue }
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Actor: {
            division: string;
            divisionName: string;
            door: string;
            name: string;
            post: string;
        };
        Change: {
            from: components["schemas"]["Value"];
            property: string;
            title: string;
            to: components["schemas"]["Value"];
        };
        ChangeEvent: {
            at: string;
            bbox?: number[] | null;
            collection: string;
            division?: string;
            id: string;
            seq: number;
            title?: string;
            verb: string;
            version?: number;
            who?: string;
        };
        ChangeResult: {
            etag?: string;
            id: string;
            version?: number;
        };
        Changes: {
            results: components["schemas"]["ChangeResult"][];
            tx?: number;
        };
        Collection: {
            crs?: string[];
            description?: string;
            extent?: components["schemas"]["Extent"];
            id: string;
            itemType?: string;
            links?: components["schemas"]["Link"][];
            storageCrs?: string;
            title: string;
            "x-sangzi"?: components["schemas"]["CollectionFacts"];
        };
        CollectionFacts: {
            changed?: string | null;
            count?: number;
            /** @enum {string|null} */
            geometryType?: "Point" | "LineString" | "Polygon" | "Geometry" | null;
            hidden?: boolean;
            label?: string | null;
            layer?: string | null;
            owner?: string | null;
            pack: string;
            parent?: string | null;
            task?: string | null;
        };
        Collections: {
            collections: components["schemas"]["Collection"][];
            links?: components["schemas"]["Link"][];
        };
        CollectionSchema: {
            description?: string;
            properties: {
                [key: string]: components["schemas"]["PropertySchema"];
            };
            required?: string[];
            title?: string;
            type?: string;
        };
        Demo: {
            actors: components["schemas"]["Actor"][];
            cards: components["schemas"]["DemoCard"][];
            changes: number;
            files: components["schemas"]["DemoFile"][];
            live: boolean;
            progress: components["schemas"]["Progress"] | null;
            tour: components["schemas"]["TourStop"][];
        };
        DemoCard: {
            collection?: string;
            feature?: string;
            id: string;
            link?: string;
            text: string;
            title: string;
        };
        DemoFile: {
            href: string;
            name: string;
            title: string;
        };
        DemoLive: {
            live: boolean;
        };
        Division: {
            bbox?: number[] | null;
            children: components["schemas"]["DivisionRef"][];
            code: string;
            full_name?: string;
            id: string;
            level: string;
            name: string;
            parents: components["schemas"]["DivisionRef"][];
        };
        DivisionRef: {
            code: string;
            count?: number;
            level: string;
            name: string;
        };
        Extent: {
            spatial?: components["schemas"]["SpatialExtent"];
            temporal?: components["schemas"]["TemporalExtent"];
        };
        Feature: {
            geometry: components["schemas"]["Geometry"] | null;
            id: string;
            labels?: {
                [key: string]: components["schemas"]["Label"];
            };
            links?: components["schemas"]["Link"][];
            properties: {
                [key: string]: components["schemas"]["Value"];
            };
            /** @enum {string} */
            type: "Feature";
        };
        FeatureCollection: {
            features: components["schemas"]["Feature"][];
            links?: components["schemas"]["Link"][];
            numberMatched?: number;
            numberReturned?: number;
            timeStamp?: string;
            /** @enum {string} */
            type: "FeatureCollection";
        };
        FeatureDraft: {
            geometry: components["schemas"]["Geometry"] | null;
            id?: string;
            properties: {
                [key: string]: components["schemas"]["Value"];
            };
            /** @enum {string} */
            type: "Feature";
        };
        FileReceipt: {
            id: string;
        };
        Geometry: {
            coordinates: number[];
            /** @enum {string} */
            type: "Point";
        } | {
            coordinates: number[][];
            /** @enum {string} */
            type: "MultiPoint" | "LineString";
        } | {
            coordinates: number[][][];
            /** @enum {string} */
            type: "MultiLineString" | "Polygon";
        } | {
            coordinates: number[][][][];
            /** @enum {string} */
            type: "MultiPolygon";
        } | {
            geometries: components["schemas"]["Geometry"][];
            /** @enum {string} */
            type: "GeometryCollection";
        };
        History: {
            versions: components["schemas"]["Version"][];
        };
        Import: {
            collection: string | null;
            columns: components["schemas"]["ImportColumn"][];
            counts: components["schemas"]["ImportCounts"] | null;
            crs: components["schemas"]["ImportCrs"] | null;
            division: string | null;
            encoding: string | null;
            errors: components["schemas"]["ImportError"][];
            guesses: components["schemas"]["ImportGuess"][];
            id: string;
            key: string[];
            layer: string | null;
            layers: components["schemas"]["ImportLayer"][];
            message: string;
            name: string;
            preview: {
                [key: string]: components["schemas"]["Value"];
            }[];
            problem: components["schemas"]["Problem"] | null;
            progress: number;
            /** @enum {string} */
            status: "reading" | "ready" | "applying" | "done" | "failed" | "cancelled";
            tx: components["schemas"]["Value"];
            warnings: string[];
        };
        ImportColumn: {
            name: string;
            property: string | null;
            remembered: boolean;
            sample: components["schemas"]["Value"][];
            title?: string;
        };
        ImportCounts: {
            create: number;
            rows: number;
            unchanged: number;
            update: number;
            wrong: number;
        };
        ImportCrs: {
            assumed?: string | null;
            found?: string | null;
            warning?: string | null;
        };
        ImportError: {
            code?: string | null;
            column?: string | null;
            detail: string;
            property?: string | null;
            row: number;
            value?: components["schemas"]["Value"];
        };
        ImportGuess: {
            collection: string;
            score: number;
            title: string;
        };
        ImportLayer: {
            name: string;
            rows: number;
        };
        Imports: {
            imports: components["schemas"]["Import"][];
        };
        ImportStarted: {
            id: string;
        };
        Indicator: {
            better: string;
            collection: string;
            description: string;
            digits: number;
            id: string;
            pack: string;
            task: string;
            title: string;
            unit: string;
        };
        IndicatorChild: {
            denominator: number | null;
            division: string;
            name: string;
            numerator: number | null;
            value: number | null;
        };
        Indicators: {
            indicators: components["schemas"]["Indicator"][];
        };
        IndicatorValue: {
            better: string;
            changed: string | null;
            children: components["schemas"]["IndicatorChild"][];
            collection: string;
            completeness: number | null;
            denominator: number | null;
            description: string;
            division: string;
            filter: string;
            id: string;
            numerator: number | null;
            numeratorFilter: string;
            period: string;
            previous: number | null;
            source: string;
            title: string;
            unit: string;
            value: number | null;
        };
        Job: {
            created: string;
            finished: string | null;
            jobID: string;
            links: components["schemas"]["Link"][];
            message: string;
            processID: string;
            progress: number;
            started: string | null;
            status: string;
            title: string;
            type: string;
            updated: string;
            who: string;
        };
        Jobs: {
            jobs: components["schemas"]["Job"][];
            links?: components["schemas"]["Link"][];
        };
        Label: string | string[] | {
            [key: string]: string;
        };
        LayerTime: {
            property: string;
        };
        LegendRow: {
            border?: string;
            bounds?: (number | null)[];
            color?: string;
            dash?: string;
            filter?: string;
            label: string;
            pattern?: string;
            width?: number;
        };
        Link: {
            href: string;
            rel: string;
            title?: string;
            type?: string;
        };
        Named: {
            id: string;
            title: string;
        };
        Node: {
            bbox: number[] | null;
            center: number[] | null;
            demo: boolean;
            division: string;
            languages: string[];
            loopbackOnly?: boolean;
            mapApproval?: string | null;
            name: string;
            seq?: number;
            started: string;
            today?: string;
            version: string;
        };
        PanelLayer: {
            base: boolean;
            changed?: string | null;
            collection: string;
            completeness?: number | null;
            count?: number;
            group: string;
            id: string;
            /** @enum {string} */
            kind: "line" | "fill" | "circle" | "symbol" | "raster";
            legend: components["schemas"]["LegendRow"][];
            minzoom: number;
            source?: string;
            time: components["schemas"]["LayerTime"] | null;
            title: string;
            visible: boolean;
        };
        Problem: {
            code?: string;
            detail?: string;
            errors?: components["schemas"]["PropertyError"][];
            status: number;
            title: string;
            trace?: string;
            type: string;
            where?: string;
        };
        Process: {
            description: string;
            id: string;
            inputs?: {
                [key: string]: components["schemas"]["ProcessInput"];
            };
            jobControlOptions: string[];
            links: components["schemas"]["Link"][];
            outputs?: {
                [key: string]: components["schemas"]["ProcessOutput"];
            };
            outputTransmission: string[];
            title: string;
            version: string;
        };
        Processes: {
            links?: components["schemas"]["Link"][];
            processes: components["schemas"]["Process"][];
        };
        ProcessInput: {
            description?: string;
            minOccurs: number;
            schema: components["schemas"]["PropertySchema"];
            title: string;
        };
        ProcessOutput: {
            minOccurs?: number;
            schema: components["schemas"]["PropertySchema"];
            title: string;
        };
        Progress: {
            done: number;
            message: string;
            total: number;
        };
        ProgressEvent: {
            done?: number;
            job?: string;
            message?: string;
            total?: number;
        };
        PropertyError: {
            code?: string;
            detail: string;
            property: string;
        };
        PropertyFacts: {
            base?: boolean;
            colors?: {
                [key: string]: string;
            };
            concept?: string;
            derived?: string;
            grade?: number;
            group?: string;
            labels?: {
                [key: string]: string;
            };
            many?: boolean;
            ref?: string[];
            search?: boolean;
            widget?: string;
        };
        PropertySchema: {
            default?: components["schemas"]["Value"];
            description?: string;
            enum?: components["schemas"]["Value"][];
            format?: string;
            items?: components["schemas"]["PropertySchema"];
            maximum?: number;
            maxItems?: number;
            maxLength?: number;
            minimum?: number;
            minItems?: number;
            oneOf?: components["schemas"]["PropertySchema"][];
            pattern?: string;
            readOnly?: boolean;
            title?: string;
            type?: string;
            "x-ogc-propertySeq"?: number;
            "x-ogc-role"?: string;
            "x-ogc-unit"?: string;
            "x-sangzi"?: components["schemas"]["PropertyFacts"];
        };
        SearchHit: {
            bbox: number[] | null;
            collection: string;
            collectionTitle: string;
            division: string;
            divisionName: string;
            geometry: components["schemas"]["Geometry"] | null;
            id: string;
            matched: string;
            score: number;
            subtitle: string;
            title: string;
        };
        SearchResults: {
            results: components["schemas"]["SearchHit"][];
        };
        SpatialExtent: {
            bbox: number[][];
        };
        Statistic: {
            count: number;
            max: number | null;
            mean: number | null;
            min: number | null;
            sum: number | null;
        };
        StatisticGroup: {
            count: number;
            properties?: {
                [key: string]: components["schemas"]["Statistic"];
            };
            title?: string;
            value: components["schemas"]["Value"];
        };
        Statistics: {
            count: number;
            groups?: components["schemas"]["StatisticGroup"][];
            properties?: {
                [key: string]: components["schemas"]["Statistic"];
            };
        };
        Style: {
            glyphs?: string;
            layers: components["schemas"]["Value"][];
            metadata: components["schemas"]["StyleMetadata"];
            name?: string;
            sources: {
                [key: string]: components["schemas"]["Value"];
            };
            version: number;
        };
        StyleMetadata: {
            "sangzi:layers": components["schemas"]["PanelLayer"][];
        };
        Sums: {
            area: number | null;
            bbox: number[];
            cell: number;
            count: number;
            exact: boolean;
            group: string | null;
            groups: components["schemas"]["SumsGroup"][];
            layer?: string;
            length: number | null;
        };
        SumsGroup: {
            area: number | null;
            count: number;
            length: number | null;
            value: components["schemas"]["Value"];
        };
        Task: {
            collections: components["schemas"]["TaskCollection"][];
            holds: string[];
            id: string;
            indicators: components["schemas"]["Named"][];
            layers: components["schemas"]["Named"][];
            pack: string | null;
            planned: string | null;
            registers: components["schemas"]["TaskRegister"][];
            section: string;
            title: string;
        };
        TaskCollection: {
            changed: string | null;
            count: number;
            id: string;
            title: string;
        };
        TaskRegister: {
            count: number;
            id: string;
            title: string;
        };
        Tasks: {
            tasks: components["schemas"]["Task"][];
        };
        TemporalExtent: {
            interval: (string | null)[][];
        };
        TourStop: {
            action: string;
            expect?: components["schemas"]["Value"];
            id: string;
            sentence: string;
            target: components["schemas"]["TourTarget"];
            title: string;
        };
        TourTarget: {
            page: string;
            query?: {
                [key: string]: string;
            };
        };
        Value: JsonValue;
        Version: {
            at: string;
            changes: components["schemas"]["Change"][];
            effective: string | null;
            hash: string;
            post?: string;
            reason: string;
            seq: number;
            source: string;
            verb: string;
            version: number;
            via?: string;
            who: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
