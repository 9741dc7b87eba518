"""The register of left-behind elders (农村留守老人)."""
