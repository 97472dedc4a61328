import type Database from "libsql";

import type { InferenceInfo, Introduction } from "./hello.ts";

/** A board that a project knows. */
export interface Device extends Introduction {
  /** The project's number for the device. */
  readonly id: number;
  readonly projectId: number;
  /** The device's own id. */
  readonly deviceId: string;
  /** The name that people gave the device; its own id until they do. */
  readonly name: string;
  /** ISO 8601. */
  readonly created: string;
  readonly lastSeen: string;
}

/** The devices of each project. */
export class Devices {
  readonly #introduce;
  readonly #create;
  readonly #heardFrom;
  readonly #rename;
  readonly #get;
  readonly #list;
  readonly #deleteAll;

  constructor(database: Database.Database) {
    const insert = `INSERT INTO device (project_id, device_id, device_type, sensors, introduction, created, last_seen)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen`;
    this.#introduce = database.prepare(
      `${insert}, device_type = excluded.device_type, sensors = excluded.sensors, introduction = excluded.introduction`,
    );
    this.#create = database.prepare(insert);
    this.#heardFrom = database.prepare("UPDATE device SET last_seen = ? WHERE project_id = ? AND device_id = ?");
    this.#rename = database.prepare("UPDATE device SET name = ? WHERE project_id = ? AND device_id = ?");
    this.#get = database.prepare("SELECT rowid, * FROM device WHERE project_id = ? AND device_id = ?");
    this.#list = database.prepare("SELECT rowid, * FROM device WHERE project_id = ? ORDER BY rowid");
    this.#deleteAll = database.prepare("DELETE FROM device WHERE project_id = ?");
  }

  /** The device has said hello; what it says of itself now counts. */
  introduced(projectId: number, deviceId: string, introduction: Introduction): void {
    const { deviceType, sensors, ...rest } = introduction;
    this.#insert(this.#introduce, { projectId, deviceId, deviceType, sensors, rest });
  }

  /** Makes a device known of which only its type is known; one that is known already stays as it is. */
  create(projectId: number, deviceId: string, deviceType: string): void {
    this.#insert(this.#create, { projectId, deviceId, deviceType, sensors: [], rest: INTRODUCES_NOTHING });
  }

  /** Data came in that names a device as its origin, which makes the device known. */
  seenInData(projectId: number, deviceName: string, deviceType: string): void {
    this.create(projectId, deviceName, deviceType);
  }

  heardFrom(projectId: number, deviceId: string, time: Date): void {
    this.#heardFrom.run([time.toISOString(), projectId, deviceId]);
  }

  rename(projectId: number, deviceId: string, name: string): void {
    this.#rename.run([name, projectId, deviceId]);
  }

  /** The device runs another model from now on. */
  setInferenceInfo(projectId: number, deviceId: string, inferenceInfo: InferenceInfo): void {
    const device = this.get(projectId, deviceId);
    if (device) this.introduced(projectId, deviceId, { ...introductionOf(device), inferenceInfo });
  }

  get(projectId: number, deviceId: string): Device | undefined {
    const [row] = this.#get.all([projectId, deviceId]) as DeviceRow[];
    return row && toDevice(row);
  }

  deleteAll(projectId: number): void {
    this.#deleteAll.run([projectId]);
  }

  /** The oldest first. */
  list(projectId: number): Device[] {
    return (this.#list.all([projectId]) as DeviceRow[]).map(toDevice);
  }

  #insert(
    statement: Database.Statement,
    device: Pick<Device, "projectId" | "deviceId" | "deviceType" | "sensors"> & { readonly rest: StoredIntroduction },
  ): void {
    const { projectId, deviceId, deviceType, sensors, rest } = device;
    const now = new Date().toISOString();
    statement.run([projectId, deviceId, deviceType, JSON.stringify(sensors), JSON.stringify(rest), now, now]);
  }
}

type StoredIntroduction = Omit<Introduction, "deviceType" | "sensors">;

const INTRODUCES_NOTHING: StoredIntroduction = {
  supportsSnapshots: false,
  mode: "ingestion",
  inferenceInfo: undefined,
  availableRecords: undefined,
};

function introductionOf(device: Device): Introduction {
  const { deviceType, sensors, supportsSnapshots, mode, inferenceInfo, availableRecords } = device;
  return { deviceType, sensors, supportsSnapshots, mode, inferenceInfo, availableRecords };
}

interface DeviceRow {
  readonly rowid: number;
  readonly project_id: number;
  readonly device_id: string;
  readonly name: string | null;
  readonly device_type: string;
  readonly sensors: string;
  readonly introduction: string | null;
  readonly created: string;
  readonly last_seen: string;
}

function toDevice(row: DeviceRow): Device {
  return {
    ...INTRODUCES_NOTHING,
    ...(row.introduction !== null && (JSON.parse(row.introduction) as StoredIntroduction)),
    id: row.rowid,
    projectId: row.project_id,
    deviceId: row.device_id,
    name: row.name ?? row.device_id,
    deviceType: row.device_type,
    sensors: JSON.parse(row.sensors) as Device["sensors"],
    created: row.created,
    lastSeen: row.last_seen,
  };
}
