import type Database from "libsql";

/** A board that has said hello once. */
export interface Device {
  readonly projectId: number;
  readonly deviceId: string;
  readonly deviceType: string;
  readonly sensors: readonly DeviceSensor[];
  /** ISO 8601. */
  readonly created: string;
  readonly lastSeen: string;
}

export interface DeviceSensor {
  readonly name: string;
  readonly maxSampleLengthS: number;
  /** In Hz. */
  readonly frequencies: readonly number[];
}

/** The devices of each project. */
export class Devices {
  readonly #upsert;
  readonly #list;

  constructor(database: Database.Database) {
    this.#upsert = database.prepare(
      `INSERT INTO device (project_id, device_id, device_type, sensors, created, last_seen) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET device_type = excluded.device_type, sensors = excluded.sensors,
         last_seen = excluded.last_seen`,
    );
    this.#list = database.prepare("SELECT * FROM device WHERE project_id = ? ORDER BY created");
  }

  seen(device: Pick<Device, "projectId" | "deviceId" | "deviceType" | "sensors">): void {
    const now = new Date().toISOString();
    const { projectId, deviceId, deviceType, sensors } = device;
    this.#upsert.run([projectId, deviceId, deviceType, JSON.stringify(sensors), now, now]);
  }

  /** A recording names the board that it comes from. */
  seenInData(projectId: number, deviceId: string, deviceType: string): void {
    if (this.list(projectId).some((device) => device.deviceId === deviceId)) return;
    this.seen({ projectId, deviceId, deviceType, sensors: [] });
  }

  list(projectId: number): Device[] {
    return (this.#list.all([projectId]) as DeviceRow[]).map((row) => ({
      projectId: row.project_id,
      deviceId: row.device_id,
      deviceType: row.device_type,
      sensors: JSON.parse(row.sensors) as DeviceSensor[],
      created: row.created,
      lastSeen: row.last_seen,
    }));
  }
}

interface DeviceRow {
  readonly project_id: number;
  readonly device_id: string;
  readonly device_type: string;
  readonly sensors: string;
  readonly created: string;
  readonly last_seen: string;
}
