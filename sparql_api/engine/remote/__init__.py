"""The engine over a store of its own behind the service: asked, filled and watched over HTTP."""
