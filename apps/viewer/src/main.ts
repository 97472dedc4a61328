import "@fontsource-variable/geist/wght.css";
import "@fontsource-variable/geist-mono/wght.css";
import "./page.css";

import { mount } from "svelte";

import Entrance from "./Entrance.svelte";

const target = document.getElementById("app");
if (target) mount(Entrance, { target });
