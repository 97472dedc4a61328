import "./fonts.css";
import "./page.css";

import { mount } from "svelte";

import Entrance from "./Entrance.svelte";

const target = document.getElementById("app");
if (target) mount(Entrance, { target });
